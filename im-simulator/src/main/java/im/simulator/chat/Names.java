package im.simulator.chat;

import im.simulator.ledger.Roster;
import java.util.List;

/** The uids and device ids of a population. */
final class Names {
    private final String[] uids;
    private final String[] devices;
    private final String ownPrefix;

    private Names(String[] uids, String[] devices, String ownPrefix) {
        this.uids = uids;
        this.devices = devices;
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
        return new Names(uids, devices, prefix);
    }

    String uid(int user) {
        return uids[user];
    }

    String device(int ordinal) {
        return devices[ordinal];
    }

    /** Whether a uid was made for this run and no other. */
    boolean ofThisRun(String uid) {
        return uid.startsWith(ownPrefix);
    }
}
