/** A download of one JSON text per line (NDJSON), read piece by piece; `next` null ends it. */
export function jsonLines(
  name: string,
  read: (after: number) => Promise<{ readonly rows: readonly object[]; readonly next: number | null }>,
): Response {
  let after: number | null = 0;
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (after === null) return controller.close();
      const { rows, next } = await read(after);
      if (rows.length > 0) controller.enqueue(encoder.encode(rows.map((row) => `${JSON.stringify(row)}\n`).join("")));
      after = next;
      if (next === null) controller.close();
    },
  });
  return new Response(body, {
    headers: {
      "content-type": "application/x-ndjson",
      "content-disposition": `attachment; filename="${name}"`,
      "cache-control": "private, no-store",
      "x-content-type-options": "nosniff",
    },
  });
}
