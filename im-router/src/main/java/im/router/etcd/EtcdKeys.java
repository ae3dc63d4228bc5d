package im.router.etcd;

import im.router.NodeInfo.Role;
import io.etcd.jetcd.ByteSequence;
import java.nio.charset.StandardCharsets;

/** Where things stand. Ids hold no slash, so that no key is a prefix of another's range. */
record EtcdKeys(String prefix) {

    ByteSequence nodes() {
        return key("nodes/");
    }

    ByteSequence node(int slot) {
        return key("nodes/" + slot);
    }

    ByteSequence name(Role role, String name) {
        return key("names/" + role + "/" + name);
    }

    ByteSequence incarnation(int slot) {
        return key("incarnations/" + slot);
    }

    ByteSequence routes(String uid) {
        return key("routes/" + uid + "/");
    }

    ByteSequence route(String uid, String device) {
        return key("routes/" + uid + "/" + device);
    }

    /** -1 where the key is none of a node. */
    int slotOf(ByteSequence key) {
        String text = text(key);
        String start = prefix + "nodes/";
        try {
            return text.startsWith(start) ? Integer.parseInt(text.substring(start.length())) : -1;
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    /** What follows the last slash. */
    static String lastPart(ByteSequence key) {
        String text = text(key);
        return text.substring(text.lastIndexOf('/') + 1);
    }

    static ByteSequence bytes(String text) {
        return ByteSequence.from(text, StandardCharsets.UTF_8);
    }

    static String text(ByteSequence bytes) {
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private ByteSequence key(String rest) {
        return bytes(prefix + rest);
    }
}
