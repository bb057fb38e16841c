import { plural } from "../format.ts";
import { dictionary } from "../words/dictionary.ts";

export const PARTS = dictionary({
  en: {
    search: "Search",
    pages: "Pages",
    previous: "Previous",
    next: "Next",
    page: (number: number) => `Page ${number}`,
    downloads: "downloads",
    noRatings: "No ratings yet",
    rated: "Rated",
    ofFive: (reviews: number) => `of 5 in ${plural(reviews, "review")}`,
    stars: (points: string) => `${points} of 5 stars`,
    domain: "Domain proven",
  },
  de: {
    search: "Suchen",
    pages: "Seiten",
    previous: "Zurück",
    next: "Weiter",
    page: (number) => `Seite ${number}`,
    downloads: "Downloads",
    noRatings: "Noch keine Bewertungen",
    rated: "Bewertet mit",
    ofFive: (reviews) => `von 5 in ${plural(reviews, "Bewertung", "Bewertungen")}`,
    stars: (points) => `${points} von 5 Sternen`,
    domain: "Domain bestätigt",
  },
});
