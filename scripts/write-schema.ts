/** Writes the JSON Schema of the configuration file, which editors read, into the working directory. */
import { writeFileSync } from "node:fs";
import { fileJsonSchema } from "../src/config/file-schema.ts";

writeFileSync("countersign.schema.json", `${JSON.stringify(fileJsonSchema(), null, 2)}\n`);
