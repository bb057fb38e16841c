const KIB = 1024;
const MIB = 1024 * KIB;

/** Every limit of the format (README, Limits). The unit is part of each name. */
export const LIMITS = {
  minBundleBytes: 126,
  maxBundleBytes: 50 * MIB,
  maxEntries: 1024,
  maxFileBytes: 8 * MIB,
  maxTotalBytes: 128 * MIB,
  /** Inflated ÷ compressed: per entry above `ratioFreeBytes`, and over the whole bundle. */
  maxRatio: 100,
  ratioFreeBytes: MIB,
  maxPathBytes: 200,
  maxSegmentBytes: 80,
  maxPathSegments: 8,
  maxManifestBytes: 512 * KIB,
  maxServerBytes: 256 * KIB,
  maxDocumentBytes: 128 * KIB,
  maxLicenseBytes: 64 * KIB,
  maxIconBytes: 256 * KIB,
  minIconPixels: 128,
  maxIconPixels: 1024,
  maxScreenshotBytes: MIB,
  minScreenshotWidthPixels: 640,
  minScreenshotHeightPixels: 360,
  maxScreenshotWidthPixels: 3840,
  maxScreenshotHeightPixels: 2160,
  maxMigrationBytes: 16 * KIB,
  maxMigrations: 63,
  maxJsonDepth: 16,
  maxProblems: 100,
  minReadmeLetters: 200,
} as const;
