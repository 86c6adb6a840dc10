"""The version of the model's meaning: raised whenever the same world, branch and seed give other numbers than before."""

MODEL_VERSION = 11

# What each version changed in one line, the newest last; `python -m tests.refresh_golden` asks for a new one.
VERSIONS = {
    1: "The first: world, branch, two engines with equal bits.",
    2: "A slot of the topic stream stays empty where a followee carries its message anyway.",
    3: "Traces, newcomers and inner confidence in the state. From here on people's profiles, too, are drawn.",
    4: "Severity, legitimacy and trust in the state. Followers scale with the world no more (unnoticed: no new version).",
    5: "Opinions and thresholds given by the user are those of the nodes in their order; they went to the nodes in reverse.",
    6: "Channels of the troll part stay within the opinion scale where opinions are clipped.",
    7: "Individual-level data name people by the nodes of the network that was given, not by their place among the people.",
    8: "What organisers say who take no side, or hardly any, calls nobody; it called to the government's events.",
    9: "Accounts with an agenda keep their number at any scale, their followers scale; all counts are those of reality.",
    10: "Hong Kong has a burn-in of 60 days instead of 21.",
    11: "An innocent account that is marked and suspended counts once, among wrongful_removals and not among wrongful_marks.",
}
