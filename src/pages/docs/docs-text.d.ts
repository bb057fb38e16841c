/** Written by the build (src/local/docs): the pages as JSON text. */
declare module "*.docs.js" {
  export const docsText: string;
}
