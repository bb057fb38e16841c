/** The one module that runs; also the name under which its digest stands in the manifest. */
export const SERVER_MODULE = "server/main.js";
