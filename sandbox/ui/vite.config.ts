import { defineConfig } from "vite";

export default defineConfig({
  // Relative, so that the page also works below a path.
  base: "./",
  build: {
    target: "es2023",
    // One bundle: nothing is loaded later.
    modulePreload: false,
    chunkSizeWarningLimit: 2000,
  },
});
