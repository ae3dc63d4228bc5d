package im.client;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** What a message carries: text or bytes, or in a group a change of its membership, up to the gateway's payload limit (64 KiB unless it says otherwise). */
public sealed interface Content {

    /** Bytes on the wire: UTF-8 bytes of a text, or the length of the data. */
    int sizeBytes();

    record Text(String value) implements Content {
        @Override
        public int sizeBytes() {
            return value.getBytes(StandardCharsets.UTF_8).length;
        }
    }

    /** A change of a group's membership. */
    record Membership(MembershipChange change) implements Content {
        @Override
        public int sizeBytes() {
            return Memberships.onWire(change).getSerializedSize();
        }
    }

    /** The array is neither copied nor changed by the client; whoever gets one must not change it either. */
    record Data(byte[] bytes) implements Content {
        @Override
        public int sizeBytes() {
            return bytes.length;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Data data && Arrays.equals(bytes, data.bytes);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(bytes);
        }

        @Override
        public String toString() {
            return "Data[" + bytes.length + " bytes]";
        }
    }
}
