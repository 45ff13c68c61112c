import type { Problem } from "./problem.ts";

/**
 * Adds the variables of the file .env in the working directory to those of the process, which win. Also the AWS SDK then
 * sees them. Returns the problem of a file that exists and cannot be read, or null.
 */
export function loadDotEnv(path = ".env"): Problem | null {
  try {
    process.loadEnvFile(path);
    return null;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    if (code === "ENOENT") return null;
    return {
      where: path,
      what: `The file cannot be read (${code}).`,
      fix: "Make it a text file that this process may read, or remove it and set the variables of the process.",
    };
  }
}
