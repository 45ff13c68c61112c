import { randomUUID } from "node:crypto";
import { findShape, type ServiceModel, type Shape } from "../model/service-model.ts";
import type { AwsError } from "./aws-error.ts";

/** Parses a form of the AWS Query protocol (`Tags.member.1.Key=a`), which STS uses, by the types of the model. */
export function parseForm(model: ServiceModel, shapeName: string, form: URLSearchParams): Record<string, unknown> {
  return (read(model, findShape(model, shapeName), form, "") ?? {}) as Record<string, unknown>;
}

function read(model: ServiceModel, shape: Shape, form: URLSearchParams, prefix: string): unknown {
  if (shape.type === "structure") {
    const entries = Object.entries(shape.members ?? {}).flatMap(([name, member]) => {
      const value = read(model, findShape(model, member), form, prefix === "" ? name : `${prefix}.${name}`);
      return value === undefined ? [] : [[name, value] as const];
    });
    return prefix === "" || entries.length > 0 ? Object.fromEntries(entries) : undefined;
  }
  if (shape.type === "list") {
    const items: unknown[] = [];
    for (;;) {
      const item = read(model, findShape(model, shape.member ?? ""), form, `${prefix}.member.${items.length + 1}`);
      if (item === undefined) return items.length > 0 ? items : undefined;
      items.push(item);
    }
  }
  const text = form.get(prefix) ?? undefined;
  return text !== undefined && (shape.type === "integer" || shape.type === "long") ? Number(text) : text;
}

/** Formats a successful reply: `<AssumeRoleResponse><AssumeRoleResult>...`. Objects nest; other values become text. */
export function toResultXml(
  namespace: string,
  operation: string,
  result: Record<string, unknown>,
  requestId: string,
): string {
  const body = `<${operation}Result>${toXmlElements(result)}</${operation}Result>`;
  const metadata = `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata>`;
  return `<${operation}Response xmlns="${namespace}">${body}${metadata}</${operation}Response>`;
}

/** Formats an error reply. `Type` is Sender for a 4xx status and Receiver for a 5xx status. */
export function toErrorXml(namespace: string, error: AwsError, requestId: string = randomUUID()): string {
  const type = error.status >= 500 ? "Receiver" : "Sender";
  const body = toXmlElements({ Type: type, Code: error.code, Message: error.message });
  return `<ErrorResponse xmlns="${namespace}"><Error>${body}</Error><RequestId>${requestId}</RequestId></ErrorResponse>`;
}

function toXmlElements(value: Record<string, unknown>): string {
  return Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .map(([name, item]) => {
      const inner =
        typeof item === "object" && item !== null
          ? toXmlElements(item as Record<string, unknown>)
          : escapeXml(String(item));
      return `<${name}>${inner}</${name}>`;
    })
    .join("");
}

function escapeXml(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");
}
