package im.relay;

import im.protocol.v1.MembershipChange.Role;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A message of a group on its way to all its members of one node.
 *
 * @param changedAt the place of the group's last change of membership up to and with this message (D17)
 * @param change what this message itself changed; null when that is nothing
 */
public record GroupPush(
        PlacedMessage message, long changedAt, @Nullable Change change) {

    /**
     * @param before the place of the change before
     * @param roles of those of whom anything changed; {@code ROLE_UNSPECIFIED} for who is no member any more
     * @param dissolved nobody is a member any more
     */
    public record Change(long before, Map<String, Role> roles, boolean dissolved) {}

    public String group() {
        return message.conversation().group();
    }
}
