import { useEffect } from "react";
import { useSlack } from "../live/world.ts";
import { openConversation, pageState, usePageState } from "../shell/page-state.ts";
import { canOpen } from "../workspace/conversations.ts";
import { Avatar } from "./avatar.tsx";
import { canAct, findRole, groupsText } from "./roles.ts";

/** Selects the person to act as. */
export function ActingAs() {
  const { people, team, groups, channels } = useSlack((state) => state);
  const me = usePageState((state) => state.actorId);

  const become = (id: string) => {
    pageState.set({ actorId: id, threadTs: null });
    const { conversationId } = pageState.get();
    if (canOpen(channels, id, conversationId)) return;
    const first = channels.find((each) => each.kind !== "im" && each.members.includes(id));
    if (first !== undefined) openConversation(first.id);
  };

  // The person may no longer exist after a reset, or if another sandbox has replaced this one.
  const actors = people.filter(canAct);
  const [first] = actors;
  const missing = !actors.some((each) => each.id === me);
  useEffect(() => {
    if (missing && first !== undefined) pageState.set({ actorId: first.id });
  }, [missing, first]);

  return (
    <fieldset className="acting-as">
      <legend>Act as</legend>
      {actors.map((person) => {
        const role = findRole(person, team.id);
        const inGroups = groupsText(person, groups);
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
