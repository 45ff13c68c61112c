/** Writes docs/configuration.md from .env.example and the schema of the configuration file. */
import { writeFileSync } from "node:fs";
import { configurationPage } from "./configuration-page.ts";

writeFileSync("docs/configuration.md", configurationPage());
