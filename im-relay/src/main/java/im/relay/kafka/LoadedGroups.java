package im.relay.kafka;

import com.google.protobuf.InvalidProtocolBufferException;
import im.protocol.v1.GroupEvent;
import im.relay.GroupEffect;
import im.relay.group.GroupState;
import im.relay.group.Membership;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The newest events of a partition's groups at or below a position, while they are read in any order. Keeps about 200
 * bytes for each uid that ever was in a group. One thread.
 */
final class LoadedGroups {
    private static final Logger LOG = LoggerFactory.getLogger(LoadedGroups.class);

    private record Newest<T>(long position, long timeMs, T value) {}

    private static final class Loaded {
        @Nullable Newest<GroupState> state;

        final Map<String, Newest<Membership>> members = new HashMap<>();
    }

    private final long upTo;
    private final Map<String, Loaded> groups = new TreeMap<>();
    private boolean reported;

    LoadedGroups(long upTo) {
        this.upTo = upTo;
    }

    /** @throws IllegalStateException when a newer version wrote it */
    void read(byte @Nullable [] recordKey, byte @Nullable [] value, long offset) {
        GroupEventCodec.Key key = GroupEventCodec.Key.parse(recordKey);
        GroupEvent event = null;
        try {
            event = value == null ? null : GroupEventCodec.decode(value);
        } catch (InvalidProtocolBufferException e) {
            LOG.atDebug().setCause(e).log("not an event of a group");
        }
        if (key == null || event == null) {
            report(offset);
        } else if (key.position() <= upTo) {
            keep(key, event, offset);
        }
    }

    private void keep(GroupEventCodec.Key key, GroupEvent event, long offset) {
        Loaded group = groups.computeIfAbsent(key.group(), name -> new Loaded());
        if (event.hasGroup() && key.uid().isEmpty()) {
            Newest<GroupState> known = group.state;
            if (known == null || known.position <= key.position()) {
                group.state = new Newest<>(key.position(), event.getTimeMs(), GroupEventCodec.group(event.getGroup()));
            }
        } else if (event.hasMember() && !key.uid().isEmpty()) {
            group.members.merge(
                    key.uid(),
                    new Newest<>(key.position(), event.getTimeMs(), GroupEventCodec.member(event.getMember())),
                    (known, read) -> known.position <= read.position ? read : known);
        } else {
            report(offset);
        }
    }

    private void report(long offset) {
        if (!reported) {
            reported = true;
            LOG.atWarn().addKeyValue("offset", offset).log("the log of groups has a record that is none of ours");
        }
    }

    /** As {@link im.relay.GroupEvents#load} has it. */
    List<GroupEffect> effects() {
        List<GroupEffect> all = new ArrayList<>();
        groups.forEach((name, group) -> add(name, group, all));
        return all;
    }

    private static void add(String name, Loaded group, List<GroupEffect> all) {
        Newest<GroupState> state = group.state;
        if (state == null) {
            return;
        }
        Map<Long, Map<String, Membership>> byPosition = new TreeMap<>();
        Map<Long, Long> times = new HashMap<>();
        byPosition.put(state.position, new HashMap<>());
        times.put(state.position, state.timeMs);
        group.members.forEach((uid, member) -> {
            byPosition.computeIfAbsent(member.position, p -> new HashMap<>()).put(uid, member.value);
            times.put(member.position, member.timeMs);
        });
        byPosition.forEach((position, members) ->
                all.add(new GroupEffect(name, position, times.getOrDefault(position, 0L), state.value, members)));
    }
}
