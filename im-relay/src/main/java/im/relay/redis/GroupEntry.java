package im.relay.redis;

import im.router.redis.Reply;
import java.util.ArrayList;
import java.util.List;

/**
 * One of a uid's groups as it was read.
 *
 * @param position of the last change of what the uid is there
 * @param timeMs the log's, of that change
 */
record GroupEntry(String group, long position, boolean member, long timeMs) {
    /** The field that counts. */
    static final String COUNT = "#";

    /** The field that moves with any of them; no group has such a name. */
    static final String VERSION = "#v";

    /** Of the fields and values of the hash; in no order. */
    static List<GroupEntry> parse(Reply fields) {
        List<GroupEntry> all = new ArrayList<>(fields.size() / 2);
        for (int i = 0; i + 1 < fields.size(); i += 2) {
            String group = fields.text(i);
            if (!group.startsWith(COUNT)) {
                String[] parts = fields.text(i + 1).split(" ", -1);
                all.add(new GroupEntry(
                        group, Long.parseLong(parts[0]), parts[1].equals("1"), Long.parseLong(parts[2])));
            }
        }
        return all;
    }
}
