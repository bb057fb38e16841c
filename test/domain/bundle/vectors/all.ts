import { CONTAINER_VECTORS, HEADER_VECTORS } from "./container.ts";
import { FILE_VECTORS, TEXT_VECTORS } from "./content.ts";
import { FIELD_VECTORS, JSON_VECTORS, RULE_VECTORS } from "./manifest.ts";
import { DATA_VECTORS, NAME_VECTORS } from "./names.ts";
import type { Vector } from "./vector.ts";

export const VECTORS: readonly Vector[] = [
  ...CONTAINER_VECTORS,
  ...HEADER_VECTORS,
  ...NAME_VECTORS,
  ...DATA_VECTORS,
  ...JSON_VECTORS,
  ...FIELD_VECTORS,
  ...RULE_VECTORS,
  ...FILE_VECTORS,
  ...TEXT_VECTORS,
];
