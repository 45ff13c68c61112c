import { memo } from "react";
import type { Person } from "../live/slack-state.ts";

/** The number of `.person-N` colors in the style sheet. */
const COLOR_COUNT = 6;

const findColor = (id: string) => [...id].reduce((sum, each) => sum + each.charCodeAt(0), 0) % COLOR_COUNT;

const initials = (name: string) =>
  name
    .split(/\s+/)
    .map((each) => each[0] ?? "")
    .slice(0, 2)
    .join("");

/** Initials instead of a picture: the page loads no images from outside. */
export const Avatar = memo(function Avatar({ person, small }: { person: Person | undefined; small?: boolean }) {
  const size = small ? "avatar small" : "avatar";
  if (person === undefined) return <span className={`${size} person-0`} aria-hidden="true" />;
  if (person.isBot) {
    return (
      <span className={`${size} bot`} aria-hidden="true">
        <svg viewBox="0 0 32 32" role="presentation">
          <path d="M8.5 16.5l5 5 10-11" />
        </svg>
      </span>
    );
  }
  return (
    <span className={`${size} person-${findColor(person.id)}`} aria-hidden="true">
      {initials(person.realName)}
    </span>
  );
});
