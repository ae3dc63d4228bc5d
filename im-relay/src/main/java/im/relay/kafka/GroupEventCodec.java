package im.relay.kafka;

import com.google.protobuf.InvalidProtocolBufferException;
import im.protocol.Ids;
import im.protocol.v1.GroupEvent;
import im.protocol.v1.GroupRecord;
import im.protocol.v1.MemberRecord;
import im.relay.GroupEffect;
import im.relay.group.GroupState;
import im.relay.group.Interval;
import im.relay.group.Membership;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The records of im-groups-N. No state. */
final class GroupEventCodec {
    static final int FORMAT = 1;

    private GroupEventCodec() {}

    /** @param uid empty where it is of the group itself */
    record Key(String group, String uid, long position) {
        byte[] bytes() {
            return (group + '|' + uid + '|' + position).getBytes(StandardCharsets.US_ASCII);
        }

        /** Null where it is none. */
        static @Nullable Key parse(byte @Nullable [] bytes) {
            String text = bytes == null ? "" : new String(bytes, StandardCharsets.US_ASCII);
            int first = text.indexOf('|');
            int second = text.indexOf('|', first + 1);
            if (first < 0 || second < 0) {
                return null;
            }
            Key key;
            try {
                key = new Key(
                        text.substring(0, first),
                        text.substring(first + 1, second),
                        Long.parseLong(text.substring(second + 1)));
            } catch (NumberFormatException e) {
                return null;
            }
            return Ids.isValid(key.group) && (key.uid.isEmpty() || Ids.isValid(key.uid)) && key.position > 0
                    ? key
                    : null;
        }
    }

    record Encoded(byte[] key, byte[] value) {}

    static List<Encoded> encode(GroupEffect effect) {
        List<Encoded> records = new ArrayList<>(1 + effect.members().size());
        records.add(new Encoded(
                new Key(effect.group(), "", effect.position()).bytes(),
                event(effect).setGroup(group(effect.state())).build().toByteArray()));
        effect.members()
                .forEach((uid, member) -> records.add(new Encoded(
                        new Key(effect.group(), uid, effect.position()).bytes(),
                        event(effect).setMember(member(member)).build().toByteArray())));
        return records;
    }

    private static GroupEvent.Builder event(GroupEffect effect) {
        return GroupEvent.newBuilder().setFormat(FORMAT).setTimeMs(effect.timeMs());
    }

    private static GroupRecord group(GroupState state) {
        return GroupRecord.newBuilder()
                .setPosting(state.posting())
                .setJoining(state.joining())
                .setTitle(state.title())
                .setOwner(state.owner())
                .setMembers(state.members())
                .setCreatedAt(state.createdAt())
                .setChangedAt(state.changedAt())
                .setDissolvedAt(state.dissolvedAt())
                .build();
    }

    private static MemberRecord member(Membership member) {
        MemberRecord.Builder record =
                MemberRecord.newBuilder().setRole(member.role()).setJoined(member.joined());
        member.closed().forEach(one -> record.addClosed(one.joined()).addClosed(one.left()));
        return record.build();
    }

    /**
     * @throws IllegalStateException when a newer version wrote it: what it means nobody here knows
     * @throws InvalidProtocolBufferException when it is none of ours
     */
    static GroupEvent decode(byte[] value) throws InvalidProtocolBufferException {
        GroupEvent event = GroupEvent.parseFrom(value);
        if (event.getFormat() > FORMAT) {
            throw new IllegalStateException("an event of a group has format " + event.getFormat()
                    + ", written by a newer version; upgrade this relay");
        }
        return event;
    }

    static GroupState group(GroupRecord record) {
        return new GroupState(
                record.getPosting(),
                record.getJoining(),
                record.getTitle(),
                record.getOwner(),
                record.getMembers(),
                record.getCreatedAt(),
                record.getChangedAt(),
                record.getDissolvedAt());
    }

    static Membership member(MemberRecord record) {
        List<Interval> closed = new ArrayList<>(record.getClosedCount() / 2);
        for (int i = 0; i + 1 < record.getClosedCount(); i += 2) {
            closed.add(new Interval(record.getClosed(i), record.getClosed(i + 1)));
        }
        return new Membership(record.getRole(), record.getJoined(), closed);
    }
}
