/** The text of a file: `import page from "../ui/index.html?raw"`. */
declare module "*?raw" {
  const text: string;
  export default text;
}
