import type { FeedPorts } from "../../market/catalogue/feed-ports.ts";
import type { CatalogueStore } from "../../market/catalogue/ports.ts";
import type { ReviewPorts } from "../../market/catalogue/review-ports.ts";
import type { SearchPorts } from "../../market/catalogue/search-ports.ts";
import type { SeriesPorts } from "../../market/catalogue/series-ports.ts";
import type { Clock } from "../../market/ports.ts";
import { createChangeFeed } from "./change-feed.ts";
import { createCursorKey } from "./cursor-key.ts";
import { createReviewStore } from "./reviews.ts";
import { createSearchIndex } from "./search-index.ts";
import { createSearchProjection } from "./search-projection.ts";
import { createSeriesStore } from "./series.ts";
import { catalogueOnD1 } from "./store.ts";

interface CataloguePorts extends SearchPorts, FeedPorts, ReviewPorts, SeriesPorts {
  readonly catalogue: CatalogueStore;
}

/** Everything around the catalogue on its two databases. */
export function openCatalogue(env: Pick<Env, "DB" | "SEARCH" | "KEK_V1">, clock: Clock): CataloguePorts {
  return {
    catalogue: catalogueOnD1(env.DB),
    searchIndex: createSearchIndex(env.SEARCH),
    searchProjection: createSearchProjection(env.DB, env.SEARCH, clock),
    cursorKey: createCursorKey(env.KEK_V1),
    changeFeed: createChangeFeed(env.DB),
    reviews: createReviewStore(env.DB),
    series: createSeriesStore(env.DB),
  };
}
