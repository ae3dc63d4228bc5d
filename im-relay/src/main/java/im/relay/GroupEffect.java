package im.relay;

import im.relay.group.GroupState;
import im.relay.group.Membership;
import java.util.Map;

/**
 * What a message did to its group, as a function of the log up to it: whoever works it out comes to the same, so that
 * writing it again changes nothing.
 *
 * @param position of the message
 * @param timeMs its time by the log
 * @param state of the group afterwards
 * @param members those of whom anything changed, as they are afterwards; at most
 *     {@link im.protocol.Limits#MEMBERSHIP_UIDS} and two
 */
public record GroupEffect(String group, long position, long timeMs, GroupState state, Map<String, Membership> members) {
    public GroupEffect {
        members = Map.copyOf(members);
    }
}
