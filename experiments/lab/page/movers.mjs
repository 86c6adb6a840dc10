// Who moved whom: the parts of mean opinion, by channel, of both worlds.

/** The channels in two groups, each with the outcome that it is. */
export const CHANNELS = {
  trolls: ["troll_part_direct", "troll_part_relayed", "troll_part_induced"],
  others: ["organiser_part", "event_part"],
};

/** The rows of a chart of a group: a channel each, with a value for every world that is shown. */
export function rowsOf(group, titles, valueOf, kinds) {
  return CHANNELS[group].map((name) => ({
    name, label: titles[name], bars: kinds.map((kind) => ({ kind, value: valueOf(kind, name) })),
  }));
}
