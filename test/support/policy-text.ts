/** Returns a configuration with one route for all requests. `route`: its further keys, a line each; `more`: further parts of the file. */
export const policyText = (route: string, more = "") => `
routes:
  - name: everything
    channels: [C0APPROVALS]
    approvers: { users: [U0JANE, U0ROSA], groups: [S0DBA] }
${route
  .trim()
  .split("\n")
  .filter((line) => line !== "")
  .map((line) => `    ${line.trim()}\n`)
  .join("")}
admins: { users: [U0ADMIN] }
${more}
`;
