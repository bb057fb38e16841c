import { refusesEveryVector } from "./vectors.contract.ts";

refusesEveryVector();
