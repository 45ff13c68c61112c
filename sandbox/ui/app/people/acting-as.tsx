import { useEffect } from "react";
import { useSlack } from "../live/world.ts";
import { choices, goTo, useChoices } from "../shell/page-state.ts";
import { mayOpen } from "../workspace/conversations.ts";
import { Avatar } from "./avatar.tsx";
import { canAct, groupsOf, roleOf } from "./roles.ts";

/** The people of the workspace with their part; one click and the page is theirs. */
export function ActingAs() {
  const { people, team, groups, channels } = useSlack((state) => state);
  const me = useChoices((state) => state.me);

  const become = (id: string) => {
    choices.set({ me: id, thread: null });
    const { place } = choices.get();
    if (mayOpen(channels, id, place)) return;
    const first = channels.find((each) => each.kind !== "im" && each.members.includes(id));
    if (first !== undefined) goTo(first.id);
  };

  // After a reset, or with another sandbox behind the page, whoever was acted as may be gone.
  const actors = people.filter(canAct);
  const [first] = actors;
  const gone = !actors.some((each) => each.id === me);
  useEffect(() => {
    if (gone && first !== undefined) choices.set({ me: first.id });
  }, [gone, first]);

  return (
    <fieldset className="acting-as">
      <legend>You act as</legend>
      {actors.map((person) => {
        const role = roleOf(person, team.id);
        const inGroups = groupsOf(person, groups);
        return (
          <label key={person.id} className="person">
            <input
              type="radio"
              name="acting-as"
              value={person.id}
              checked={person.id === me}
              onChange={() => become(person.id)}
            />
            <Avatar person={person} small />
            <span className="who">
              <span className="name">{person.realName}</span>
              <span className="groups">{inGroups}</span>
            </span>
            <span className={`role ${role}`}>{role}</span>
          </label>
        );
      })}
    </fieldset>
  );
}
