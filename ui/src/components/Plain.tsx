/**
 * Controls for rows of lists: the browser's own elements, drawn by the style sheet. A list has
 * hundreds of them, and a component library's take most of the time until such a list is there.
 */
import type { ComponentProps } from "react";

type Box = Omit<ComponentProps<"input">, "type">;

export function Tick(props: Box) {
  return <input type="checkbox" {...props} className="tick" />;
}

export function Toggle(props: Box) {
  return (
    <input
      type="checkbox"
      role="switch"
      {...props}
      aria-checked={props.checked}
      className="toggle"
    />
  );
}

export function IconButton(props: ComponentProps<"button">) {
  return <button type="button" {...props} className="icon-button" />;
}

export function TagButton(props: ComponentProps<"button">) {
  return <button type="button" {...props} className="tag-button" />;
}
