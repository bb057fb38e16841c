/** The plugin's own module, put beside the prelude by the loader. */
declare const definition: unknown;
export default definition;
