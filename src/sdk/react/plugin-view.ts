import { createElement, type ReactNode, useEffect, useRef } from "react";
import { definePluginElement, type PluginElement, type Theme, type Ticket } from "../element/index.ts";

export interface PluginViewProps {
  /** Address of the host that answers a ticket to `POST`, or what fetches one. Keep a function stable between renders. */
  readonly src?: string;
  readonly ticket?: () => Promise<Ticket>;
  readonly theme?: Theme;
  readonly className?: string;
}

/** A page, widget or settings panel of a plugin, made of blocks or a frame: `<rbsm-plugin>` for React. */
export function PluginView({ src, ticket, theme, className }: PluginViewProps): ReactNode {
  const element = useRef<PluginElement | null>(null);
  useEffect(() => definePluginElement(), []);
  useEffect(() => {
    if (element.current !== null) element.current.ticket = ticket ?? null;
  }, [ticket]);
  useEffect(() => {
    if (element.current !== null) element.current.theme = theme ?? null;
  }, [theme]);
  return createElement("rbsm-plugin", {
    ref: element,
    ...(src === undefined ? {} : { src }),
    ...(className === undefined ? {} : { class: className }),
  } as never);
}
