/**
 * Returns a number with the noun that fits it, and with a verb if the noun has one: "1 record", "2 records",
 * `counted(0, "request is", "requests are")` = "0 requests are". Only "N of M approvals" has its plural in every case.
 */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
