package im.relay.apply;

import im.protocol.ConversationKey;
import im.relay.GroupEffect;
import im.relay.GroupView;
import im.relay.IndexView;
import im.relay.LoggedMessage;
import im.relay.group.Membership;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What buckets of the index lack, gathered by a seek (D5). Of a direct conversation the log says it. Of a group it says
 * only that a uid was named by a change: what the uid is since then, the view is asked. That may place the uid's last
 * change too late, where one that had no effect named it later; the view knew that one already, so what is merged is true
 * there. Lane only.
 */
final class IndexReplay {
    /** Entries that are held back before they are merged. */
    private static final int ENTRIES = 4_096;
    /** Uids that one question to the view names, but for those of its last change. */
    private static final int ASKED = 1_000;

    record Key(String uid, ConversationKey conversation) {}

    /** Where a change named a uid. */
    private record Named(long position, long timeMs) {}

    private final IndexView index;
    private final Map<Key, IndexView.Entry> entries = new HashMap<>();
    private final Map<Key, Named> named = new LinkedHashMap<>();

    IndexReplay(IndexView index) {
        this.index = index;
    }

    boolean isFull() {
        return size() >= ENTRIES;
    }

    int size() {
        return entries.size() + named.size();
    }

    /** A message of the log, behind all that were read before. */
    void read(LoggedMessage message, Standing standing) {
        for (String uid : message.conversation().uids()) {
            if (isLacking(uid, message.position(), standing.marks)) {
                put(new IndexView.Entry(uid, message.conversation(), message.position(), message.acceptedMs()));
            }
        }
        PlacedChange change = PlacedChange.of(message);
        if (change != null) {
            named(message.sender(), message, standing);
            change.change().getUidsList().forEach(uid -> named(uid, message, standing));
        }
    }

    private void named(String uid, LoggedMessage message, Standing standing) {
        if (isLacking(uid, message.position(), standing.marks)) {
            named.put(new Key(uid, message.conversation()), new Named(message.position(), message.acceptedMs()));
        }
    }

    /** What is kept of a group for ever. */
    void loaded(GroupEffect effect, Marks marks, Predicate<IndexView.Entry> wanted) {
        entries(effect).stream()
                .filter(entry -> isLacking(entry.uid(), entry.head(), marks) && wanted.test(entry))
                .forEach(this::put);
    }

    private boolean isLacking(String uid, long position, Marks marks) {
        return marks.of(index.bucketOf(uid)) < position;
    }

    private void put(IndexView.Entry entry) {
        entries.merge(new Key(entry.uid(), entry.conversation()), entry, (a, b) -> b.head() >= a.head() ? b : a);
    }

    /** Those of whom the effect changed anything. */
    static List<IndexView.Entry> entries(GroupEffect effect) {
        ConversationKey group = ConversationKey.group(effect.group());
        List<IndexView.Entry> all = new ArrayList<>(effect.members().size());
        effect.members()
                .forEach((uid, member) -> all.add(
                        new IndexView.Entry(uid, group, effect.position(), effect.timeMs(), member.isMember())));
        return all;
    }

    /** What the view is to be asked next, uids by group; empty when there is nothing to ask. */
    Map<String, Set<String>> ask() {
        Map<String, Set<String>> asked = new HashMap<>();
        Iterator<Key> keys = named.keySet().iterator();
        for (int i = 0; i < ASKED && keys.hasNext(); i++) {
            Key key = keys.next();
            asked.computeIfAbsent(key.conversation.group(), group -> new HashSet<>())
                    .add(key.uid);
        }
        return asked;
    }

    /** @param groups as of where the view stands, which has all that was read */
    void answered(Map<String, Set<String>> asked, GroupView.Groups groups) {
        asked.forEach((group, uids) -> uids.forEach(uid -> {
            Key key = new Key(uid, ConversationKey.group(group));
            Named at = named.remove(key);
            Membership member = groups.members().getOrDefault(group, Map.of()).getOrDefault(uid, Membership.NEVER);
            if (at != null && !member.equals(Membership.NEVER)) {
                put(new IndexView.Entry(uid, key.conversation, at.position, at.timeMs, member.isMember()));
            }
        }));
    }

    /** All entries by bucket; then there are none here. */
    Map<Integer, List<IndexView.Entry>> take() {
        Map<Integer, List<IndexView.Entry>> buckets = byBucket(index, entries.values());
        entries.clear();
        return buckets;
    }

    static Map<Integer, List<IndexView.Entry>> byBucket(IndexView index, Collection<IndexView.Entry> entries) {
        Map<Integer, List<IndexView.Entry>> buckets = new HashMap<>();
        entries.forEach(entry -> buckets.computeIfAbsent(index.bucketOf(entry.uid()), bucket -> new ArrayList<>())
                .add(entry));
        return buckets;
    }
}
