import { useEffect } from "react";
import { useSlack } from "../live/world.ts";
import { openConversation, pageState, usePageState } from "../shell/page-state.ts";
import { canOpen } from "../workspace/conversations.ts";
import { Avatar } from "./avatar.tsx";
import { canAct, findRole, groupsText } from "./roles.ts";

/** The people of the workspace with their part; one click and the page is theirs. */
export function ActingAs() {
  const { people, team, groups, channels } = useSlack((state) => state);
  const me = usePageState((state) => state.actorId);

  const become = (id: string) => {
    pageState.set({ actorId: id, threadTs: null });
    const { conversationId: place } = pageState.get();
    if (canOpen(channels, id, place)) return;
    const first = channels.find((each) => each.kind !== "im" && each.members.includes(id));
    if (first !== undefined) openConversation(first.id);
  };

  // After a reset, or with another sandbox behind the page, whoever was acted as may be gone.
  const actors = people.filter(canAct);
  const [first] = actors;
  const gone = !actors.some((each) => each.id === me);
  useEffect(() => {
    if (gone && first !== undefined) pageState.set({ actorId: first.id });
  }, [gone, first]);

  return (
    <fieldset className="acting-as">
      <legend>You act as</legend>
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
