import { Icon } from "../parts/icon.tsx";
import { wordsOf } from "../words/dictionary.ts";
import { PLUGIN } from "./words.ts";

interface Picture {
  readonly picture: string;
  readonly alt: string;
}

/**
 * The screenshots, and a viewer that needs no script: each picture's address is its fragment, the browser's own back
 * button closes it, and a picture is loaded when it is opened.
 */
export function Gallery({ pictures }: { pictures: readonly Picture[] }) {
  const words = wordsOf(PLUGIN);
  if (pictures.length === 0) return null;
  return (
    <>
      <ul id="screenshots" class="mb-8 grid grid-cols-2 gap-4" aria-label={words.screenshots}>
        {pictures.map(({ picture, alt }, index) => (
          <li class={pictures.length % 2 === 1 && index === 0 ? "col-span-2" : ""}>
            <figure>
              <a
                href={`#picture-${index + 1}`}
                class="block cursor-zoom-in overflow-hidden rounded-lg border border-border bg-muted"
              >
                <span class="sr-only">{words.enlarge}: </span>
                <img
                  src={picture}
                  alt={alt}
                  width="1280"
                  height="800"
                  loading={index === 0 ? "eager" : "lazy"}
                  class="aspect-[16/10] h-auto w-full object-contain"
                />
              </a>
              <figcaption class="mt-2 text-sm text-muted-foreground" aria-hidden="true" dir="auto">
                {alt}
              </figcaption>
            </figure>
          </li>
        ))}
      </ul>
      {pictures.map((picture, index) => (
        <Viewer {...picture} number={index + 1} total={pictures.length} />
      ))}
    </>
  );
}

function Viewer({ picture, alt, number, total }: Picture & { number: number; total: number }) {
  const words = wordsOf(PLUGIN);
  return (
    <section id={`picture-${number}`} class="viewer" tabindex={-1} aria-label={words.pictureOf(number, total)}>
      <a class="viewer-back" href="#screenshots" tabindex={-1}>
        <span class="sr-only">{words.close}</span>
      </a>
      <figure>
        <img src={picture} alt={alt} width="1280" height="800" loading="lazy" />
        <figcaption dir="auto">
          <span class="text-sm">{alt}</span>
        </figcaption>
      </figure>
      <p class="viewer-bar">
        {number > 1 ? (
          <a href={`#picture-${number - 1}`} aria-label={words.previousPicture}>
            <Icon name="chevron-left" class="size-6" />
          </a>
        ) : null}
        <span aria-hidden="true">{words.pictureOf(number, total)}</span>
        {number < total ? (
          <a href={`#picture-${number + 1}`} aria-label={words.nextPicture}>
            <Icon name="chevron-right" class="size-6" />
          </a>
        ) : null}
        <a href="#screenshots" aria-label={words.close}>
          <Icon name="x" class="size-6" />
        </a>
      </p>
    </section>
  );
}
