import { createHash } from "node:crypto";

/** Attributes of a message by name, as the API shows them. `BinaryValue` is base64. */
export type MessageAttributes = Record<string, { DataType: string; StringValue?: string; BinaryValue?: string }>;

/** Returns the MD5 of a body, in hexadecimal. */
export const digestBody = (body: string): string => createHash("md5").update(body, "utf8").digest("hex");

const STRING_TRANSPORT = 1;
const BINARY_TRANSPORT = 2;

/**
 * Returns the MD5 of message attributes: of each one in order of its name, the length and the bytes of the name, of the data
 * type and of the value, with a byte before the value for its transport. Source: SQS developer guide, "Calculating the MD5
 * message digest for message attributes".
 */
export function digestAttributes(attributes: MessageAttributes): string {
  const hash = createHash("md5");
  const add = (bytes: Buffer) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    hash.update(length).update(bytes);
  };
  for (const [name, { DataType, StringValue, BinaryValue }] of Object.entries(attributes).toSorted(byName)) {
    add(Buffer.from(name));
    add(Buffer.from(DataType));
    const isBinary = DataType.split(".")[0] === "Binary";
    hash.update(Buffer.of(isBinary ? BINARY_TRANSPORT : STRING_TRANSPORT));
    add(isBinary ? Buffer.from(BinaryValue ?? "", "base64") : Buffer.from(StringValue ?? ""));
  }
  return hash.digest("hex");
}

const byName = ([a]: [string, unknown], [b]: [string, unknown]) => (a < b ? -1 : 1);
