import { useSlack } from "../live/world.ts";

/** Names the zone of the times in messages and App Home. Slack shows each person their own, which the browser's may differ from. */
export function TimeZone({ me }: { me: string }) {
  const person = useSlack((state) => state.people.find((each) => each.id === me));
  if (person === undefined) return null;
  return (
    <p className="zone">
      Times as {person.realName} sees them: {person.tz.split("/").at(-1)?.replaceAll("_", " ")} time
    </p>
  );
}
