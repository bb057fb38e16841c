import { PUBLISH_OPERATIONS } from "../../contract/publish/operations.ts";
import { LIMITS } from "../../domain/bundle/limits.ts";
import { parseJson } from "../../domain/json/strict.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Reason } from "../../domain/reasons.ts";
import { parseHostForm } from "../../domain/release/listing.ts";
import { ok, type Result, refuse } from "../../domain/result.ts";
import type { Upload } from "../../market/publish/upload-release.ts";
import { readBounded } from "../read-bounded.ts";

const { fields: PARTS, maxBytes } = PUBLISH_OPERATIONS.publishPlugin.body;
const MAX_TEXT_CHARACTERS = 524_288;
const MAX_JSON_DEPTH = 8;

/** The three parts of an upload. The body is bounded before it is held and read once. */
export async function readUploadForm(request: Request): Promise<Result<Upload, Problem<Reason>>> {
  const type = request.headers.get("content-type") ?? "";
  if (!/^multipart\/form-data\s*;/i.test(type))
    return refuse({ reason: "MEDIA_TYPE_UNSUPPORTED", facts: { accepts: ["multipart/form-data"] } });
  const body = await readBounded(request, maxBytes);
  if (body === null) return refuse({ reason: "BODY_TOO_LARGE", facts: { maxBytes } });
  const form = await parseForm(body, type);
  if (form === null) return refuse({ reason: "BODY_INVALID", detail: "The form cannot be read." });

  // Of two parts with one name another reader would take the other one.
  const repeated = PARTS.find((name) => form.getAll(name).length > 1);
  if (repeated !== undefined) return refuse(faulty(`/${repeated}`, "was sent more than once"));
  const bundle = form.get("bundle");
  if (!(bundle instanceof Blob)) return refuse(faulty("/bundle", "a file is required"));
  if (bundle.size > LIMITS.maxBundleBytes)
    return refuse({ reason: "bundle_too_large", facts: { bytes: bundle.size, maxBytes: LIMITS.maxBundleBytes } });
  const plugin = await textOf(form.get("plugin"));
  const statement = await textOf(form.get("statement"));
  if (plugin === undefined) return refuse(faulty("/plugin", "is too long"));
  if (statement === undefined) return refuse(faulty("/statement", "is too long"));

  const json = parseJson(plugin ?? "{}", { maxDepth: MAX_JSON_DEPTH, numbers: "any" });
  if (!json.ok) return refuse({ reason: "BODY_INVALID", facts: { field: "plugin", why: json.problem.reason } });
  const hostForm = parseHostForm(json.value);
  if (!hostForm.ok) return hostForm;
  const bytes = new Uint8Array(await bundle.arrayBuffer());
  return ok({ bundle: bytes, statement: statement === "" ? null : statement, form: hostForm.value });
}

async function parseForm(body: Uint8Array<ArrayBuffer>, type: string): Promise<FormData | null> {
  try {
    return await new Response(body, { headers: { "content-type": type } }).formData();
  } catch {
    return null;
  }
}

/** A field or a file that holds text; null = absent, undefined = too long. */
async function textOf(value: File | string | null): Promise<string | null | undefined> {
  if (value === null) return null;
  if (typeof value !== "string" && value.size > MAX_TEXT_CHARACTERS) return undefined;
  const text = typeof value === "string" ? value : await value.text();
  return text.length > MAX_TEXT_CHARACTERS ? undefined : text;
}

function faulty(pointer: string, detail: string): Problem<"VALIDATION_ERROR"> {
  return { reason: "VALIDATION_ERROR", facts: { errors: [{ pointer, detail }] } };
}
