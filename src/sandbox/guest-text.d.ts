/** The compiled prelude, as text: it is handed to isolates and never runs in this Worker. */
declare module "*.guest.js" {
  const text: string;
  // biome-ignore lint/style/noDefaultExport: the build writes it so
  export default text;
}
