import { AwsError } from "../protocol/aws-error.ts";

/**
 * The code of each error in the Query protocol, which SQS also returns in JSON, in the header `x-amzn-query-error`. Sources:
 * the API model (trait awsQueryError), and "Making Query API requests using AWS JSON protocol".
 */
const QUERY_CODES: Record<string, string> = {
  QueueDoesNotExist: "AWS.SimpleQueueService.NonExistentQueue",
  BatchEntryIdsNotDistinct: "AWS.SimpleQueueService.BatchEntryIdsNotDistinct",
  BatchRequestTooLong: "AWS.SimpleQueueService.BatchRequestTooLong",
  EmptyBatchRequest: "AWS.SimpleQueueService.EmptyBatchRequest",
  InvalidBatchEntryId: "AWS.SimpleQueueService.InvalidBatchEntryId",
  TooManyEntriesInBatchRequest: "AWS.SimpleQueueService.TooManyEntriesInBatchRequest",
  ReceiptHandleIsInvalid: "ReceiptHandleIsInvalid",
  InvalidAttributeName: "InvalidAttributeName",
  InvalidMessageContents: "InvalidMessageContents",
  OverLimit: "OverLimit",
};
/** Codes that no operation models. */
const UNMODELED: Record<string, string> = {
  InvalidParameterValueException: "InvalidParameterValue",
  MissingRequiredParameterException: "MissingParameter",
  AccessDeniedException: "AccessDenied",
};

/** Returns the JSON body and the query error of an error reply of SQS. */
export function toSqsError({ code, message, status }: AwsError): { body: object; queryError: string } {
  const namespace = code in QUERY_CODES ? "com.amazonaws.sqs" : "com.amazon.coral.service";
  const query = QUERY_CODES[code] ?? UNMODELED[code] ?? code;
  return {
    body: { __type: `${namespace}#${code}`, ...(message === "" ? {} : { message }) },
    queryError: `${query};${status >= 500 ? "Receiver" : "Sender"}`,
  };
}

export const queueDoesNotExist = () => new AwsError("QueueDoesNotExist", "The specified queue does not exist.");

export const missingParameter = (name: string) =>
  new AwsError("MissingRequiredParameterException", `The request must contain the parameter ${name}.`);

export const invalidValue = (value: unknown, name: string, reason: string) =>
  new AwsError("InvalidParameterValueException", `Value ${value} for parameter ${name} is invalid. Reason: ${reason}`);

export const invalidHandle = (handle: string) =>
  new AwsError("ReceiptHandleIsInvalid", `The input receipt handle "${handle}" is not a valid receipt handle.`, 404);
