package im.simulator.chat;

import im.client.Conversation;
import im.simulator.ledger.Roster;
import java.util.List;

/** The uids, device ids and group ids of a population. */
final class Names {
    private final String[] uids;
    private final String[] devices;
    private final Conversation[] groups;
    private final String ownPrefix;

    private Names(String[] uids, String[] devices, Conversation[] groups, String ownPrefix) {
        this.uids = uids;
        this.devices = devices;
        this.groups = groups;
        this.ownPrefix = ownPrefix;
    }

    /** @param given uids to use, at least as many as users; empty to make some that carry the run id */
    static Names of(Roster roster, RunId run, List<String> given) {
        String prefix = "r" + run.text() + "-";
        String[] uids = new String[roster.users()];
        for (int user = 0; user < uids.length; user++) {
            uids[user] = given.isEmpty() ? prefix + "u" + user : given.get(user);
        }
        int most = 0;
        for (int device = 0; device < roster.devices(); device++) {
            most = Math.max(most, roster.ordinalOf(device) + 1);
        }
        String[] devices = new String[most];
        for (int ordinal = 0; ordinal < most; ordinal++) {
            devices[ordinal] = "d" + ordinal;
        }
        Conversation[] groups = new Conversation[roster.conversations() - roster.directConversations()];
        for (int group = 0; group < groups.length; group++) {
            groups[group] = Conversation.group(prefix + "g" + group);
        }
        return new Names(uids, devices, groups, prefix);
    }

    String uid(int user) {
        return uids[user];
    }

    Conversation group(int group) {
        return groups[group];
    }

    String device(int ordinal) {
        return devices[ordinal];
    }

    /** Whether a uid was made for this run and no other. */
    boolean ofThisRun(String uid) {
        return uid.startsWith(ownPrefix);
    }
}
