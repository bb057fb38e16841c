/** The closed table of what a bundle's files are served as; anything else is not served. */
const MEDIA_TYPES: Readonly<Record<string, string>> = {
  png: "image/png",
  jpg: "image/jpeg",
};

export function pictureType(path: string): string | null {
  return MEDIA_TYPES[path.slice(path.lastIndexOf(".") + 1)] ?? null;
}
