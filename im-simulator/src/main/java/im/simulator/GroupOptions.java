package im.simulator;

import im.simulator.chat.GroupShape;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which groups a scenario has. */
final class GroupOptions {
    private static final int MAX_GROUPS = 10_000;
    /** The ledger keeps of each sender how far each member is. */
    private static final int MAX_SENDERS = 1_000;
    /** Of all groups, members times senders, with their devices. */
    private static final long MAX_CELLS = 100_000_000;

    private static final int DEFAULT_SENDERS = 20;

    @Option(names = "--groups", paramLabel = "N", defaultValue = "1", description = "Groups, 1-10000. Default 1.")
    private int groups;

    @Option(
            names = "--members",
            paramLabel = "N",
            description = "Users in each group, chosen from all, 2 or more. Default: every user is in every group.")
    private @Nullable Integer members;

    @Option(
            names = "--senders",
            paramLabel = "N",
            description = "Members of each group that send, 1-1000. Default 20, or all if they are fewer.")
    private @Nullable Integer senders;

    /** @param share of all messages that go into groups, 0 to 1 */
    GroupShape shape(LoadOptions load, double share) {
        int users = load.users();
        int inEach = members == null ? users : members;
        int sending = senders == null ? Math.min(DEFAULT_SENDERS, inEach) : senders;
        load.require(groups >= 1 && groups <= MAX_GROUPS, "--groups", groups, "1-" + MAX_GROUPS);
        load.require(
                members == null || (inEach >= 2 && inEach <= users),
                "--members",
                inEach,
                "2 to " + users + ", which is how many users there are");
        load.require(
                sending >= 1 && sending <= Math.min(MAX_SENDERS, inEach),
                "--senders",
                sending,
                "1-" + Math.min(MAX_SENDERS, inEach));
        long devices = (load.connections() + users - 1L) / users;
        load.require(
                (long) groups * inEach * sending * devices * devices <= MAX_CELLS,
                "--groups",
                groups,
                "few enough: groups times members times senders, with their devices, may be " + MAX_CELLS);
        return new GroupShape(groups, inEach, sending, share);
    }
}
