/**
 * The declared route that answers `method path`: `"GET /notes/:id"` takes one segment per `:name`. A literal segment
 * wins over a `:name`, so `/notes/new` is not an id.
 */
export function matchRoute(
  names: readonly string[],
  method: string,
  path: string,
): { readonly name: string; readonly params: Record<string, string> } | null {
  const wanted = segments(path);
  let best: { name: string; params: Record<string, string>; shape: string } | null = null;
  for (const name of names) {
    const [verb, pattern = ""] = name.split(" ", 2);
    if (verb !== method) continue;
    const params = bind(segments(pattern), wanted);
    if (params === null) continue;
    const shape = segments(pattern)
      .map((part) => (part.startsWith(":") ? "1" : "0"))
      .join("");
    if (best === null || shape < best.shape) best = { name, params, shape };
  }
  return best && { name: best.name, params: best.params };
}

function bind(pattern: readonly string[], wanted: readonly string[]): Record<string, string> | null {
  if (pattern.length !== wanted.length) return null;
  const params: Record<string, string> = {};
  for (const [at, part] of pattern.entries()) {
    const value = wanted[at] as string;
    if (part.startsWith(":")) {
      const text = decode(value);
      if (text === null || text === "") return null;
      params[part.slice(1)] = text;
    } else if (part !== value) return null;
  }
  return params;
}

function segments(path: string): readonly string[] {
  return path.split("/").slice(1);
}

function decode(segment: string): string | null {
  try {
    return decodeURIComponent(segment);
  } catch {
    return null;
  }
}
