package im.gateway.session;

import com.google.protobuf.ByteString;
import im.protocol.ConversationKey;
import im.protocol.codec.PlacedCodec;
import im.protocol.v1.Envelope;
import im.protocol.v1.MembershipChange;
import im.protocol.v1.MembershipChange.Kind;
import im.protocol.v1.MembershipChange.Role;
import im.relay.ConversationStore.Page;
import im.relay.GroupPush;
import im.relay.PlacedMessage;
import im.relay.ReadResult;
import im.relay.group.GroupState;
import im.relay.group.Intervals;
import im.relay.group.Membership;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Groups in memory, correct; reads happen, and are answered, when the test says so. Whoever calls may. */
public final class ScheduledGroups extends UnaskedGroups {
    private final Map<String, GroupState> states = new HashMap<>();
    private final Map<String, Map<String, Membership>> members = new TreeMap<>();
    private final Map<String, List<PlacedMessage>> messages = new HashMap<>();
    private final ArrayDeque<Supplier<Runnable>> unread = new ArrayDeque<>();
    private final ArrayDeque<Runnable> unanswered = new ArrayDeque<>();
    private final Map<String, Long> versions = new HashMap<>();
    private long last;
    private boolean lost;

    /** Whether reads fail, asking for 100 ms. */
    boolean failing;

    /** What was asked, in words, oldest first. */
    public final List<String> asked = new ArrayList<>();

    /** Places a message, and tells what would be pushed of it. */
    public GroupPush say(String group, int size) {
        return place(
                group,
                "somebody",
                Envelope.newBuilder()
                        .setData(ByteString.copyFrom(new byte[size]))
                        .build(),
                null);
    }

    /** Places a change of membership, and tells what would be pushed of it. */
    public GroupPush change(String group, String sender, Kind kind, String... uids) {
        MembershipChange change = MembershipChange.newBuilder()
                .setKind(kind)
                .addAllUids(List.of(uids))
                .build();
        return place(group, sender, Envelope.newBuilder().setMembership(change).build(), change);
    }

    private GroupPush place(String group, String sender, Envelope envelope, @Nullable MembershipChange change) {
        List<PlacedMessage> log = messages.computeIfAbsent(group, g -> new ArrayList<>());
        long prev = head(group);
        long position = ++last;
        byte[] placed = PlacedCodec.encode(position, prev, envelope.toByteArray());
        PlacedMessage message = new PlacedMessage(ConversationKey.group(group), position, prev, placed);
        log.add(message);
        GroupState before = state(group);
        if (change == null) {
            return new GroupPush(message, before.changedAt(), null);
        }
        GroupState.Effect effect = before.apply(sender, change, position, uid -> member(group, uid));
        states.put(group, effect.state());
        members.computeIfAbsent(group, g -> new HashMap<>()).putAll(effect.members());
        Map<String, Role> roles = new HashMap<>();
        effect.members().forEach((uid, after) -> roles.put(uid, after.role()));
        roles.keySet().forEach(uid -> versions.put(uid, position));
        return new GroupPush(
                message,
                effect.state().changedAt(),
                new GroupPush.Change(before.changedAt(), roles, !effect.state().isOpen()));
    }

    /** What stood up to there is held no more. */
    public void trim(String group, long upTo) {
        messages.getOrDefault(group, new ArrayList<>()).removeIf(message -> message.position() <= upTo);
    }

    /** Takes back what happens to the group from now on: the log has lost its end, and positions are given anew. */
    public Runnable undo(String group) {
        GroupState state = state(group);
        Map<String, Membership> own = Map.copyOf(members.getOrDefault(group, Map.of()));
        List<PlacedMessage> log = List.copyOf(messages.getOrDefault(group, List.of()));
        long position = last;
        return () -> {
            states.put(group, state);
            members.put(group, new HashMap<>(own));
            messages.put(group, new ArrayList<>(log));
            last = position;
        };
    }

    /** The view is lost, or there again. */
    public void lose(boolean isLost) {
        lost = isLost;
    }

    public long head(String group) {
        List<PlacedMessage> log = lost ? List.of() : messages.getOrDefault(group, List.of());
        return log.isEmpty() ? 0 : log.get(log.size() - 1).position();
    }

    public Standing standing(String group, String uid) {
        return Standing.of(group, uid, state(group), member(group, uid), head(group));
    }

    private GroupState state(String group) {
        return lost ? GroupState.NONE : states.getOrDefault(group, GroupState.NONE);
    }

    private Membership member(String group, String uid) {
        return lost ? Membership.NEVER : members.getOrDefault(group, Map.of()).getOrDefault(uid, Membership.NEVER);
    }

    /** The oldest read that was asked for takes place; its answer waits. */
    public void read() {
        unanswered.add(unread.remove().get());
    }

    /** The oldest answer is given, to be run by its lane. */
    public void answer() {
        unanswered.remove().run();
    }

    /** The newest answer overtakes the others. */
    public void answerNewest() {
        unanswered.removeLast().run();
    }

    public boolean hasReads() {
        return !unread.isEmpty();
    }

    private <T> void later(String words, Executor lane, Consumer<ReadResult<T>> done, Supplier<T> read) {
        asked.add(words);
        unread.add(() -> {
            ReadResult<T> result =
                    failing ? new ReadResult.Failed<>("as the test says", 100) : new ReadResult.Ok<>(read.get());
            return () -> lane.execute(() -> done.accept(result));
        });
    }

    @Override
    public void version(String uid, Executor lane, Consumer<ReadResult<Long>> done) {
        later("version of " + uid, lane, done, () -> versions.getOrDefault(uid, 0L));
    }

    @Override
    public void groupsOf(String uid, Executor lane, Consumer<ReadResult<List<Standing>>> done) {
        later(
                "groups of " + uid,
                lane,
                done,
                () -> members.keySet().stream()
                        .map(group -> standing(group, uid))
                        .filter(Standing::isMember)
                        .toList());
    }

    @Override
    public void standing(String group, String uid, Executor lane, Consumer<ReadResult<Standing>> done) {
        later("standing of " + uid + " in " + group, lane, done, () -> standing(group, uid));
    }

    @Override
    public void standings(String group, List<String> uids, Executor lane, Consumer<ReadResult<List<Standing>>> done) {
        later(
                "standings in " + group,
                lane,
                done,
                () -> uids.stream().map(uid -> standing(group, uid)).toList());
    }

    @Override
    public void members(String group, String after, int limit, Executor lane, Consumer<ReadResult<Members>> done) {
        later("members of " + group, lane, done, () -> new Members(List.of(), false));
    }

    @Override
    public void reached(String group, List<String> uids, Executor lane, Consumer<ReadResult<List<Reached>>> done) {
        later("reached in " + group, lane, done, List::of);
    }

    @Override
    public void marks(List<String> groups, Executor lane, Consumer<ReadResult<List<Mark>>> done) {
        later(
                "marks",
                lane,
                done,
                () -> groups.stream()
                        .map(group -> new Mark(head(group), state(group).changedAt()))
                        .toList());
    }

    @Override
    public void page(
            String group,
            String uid,
            long after,
            int maxMessages,
            int maxBytes,
            Executor lane,
            Consumer<ReadResult<Page>> done) {
        later("page of " + group + " after " + after, lane, done, () -> page(group, uid, after, maxMessages));
    }

    private Page page(String group, String uid, long after, int maxMessages) {
        Intervals stretches = member(group, uid).intervals(state(group).dissolvedAt());
        List<PlacedMessage> all = messages.getOrDefault(group, List.of()).stream()
                .filter(message -> message.position() > after && stretches.contains(message.position()))
                .toList();
        List<PlacedMessage> some = all.subList(0, Math.min(maxMessages, all.size()));
        boolean more = some.size() < all.size();
        long head = stretches.atOrBelow(head(group));
        long complete = more ? some.get(some.size() - 1).position() : Math.max(after, head);
        return new Page(List.copyOf(some), more, head, complete, 0, 0);
    }

    @Override
    public void pageBefore(
            String group,
            String uid,
            long before,
            int maxMessages,
            int maxBytes,
            Executor lane,
            Consumer<ReadResult<Page>> done) {
        later("page of " + group + " before " + before, lane, done, () -> page(group, uid, 0, maxMessages));
    }
}
