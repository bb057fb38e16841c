import { packsTheSameEverywhere } from "./reproducible.contract.ts";

packsTheSameEverywhere();
