package im.gateway.intercept;

import java.util.Objects;

/** What a message says: a text, or bytes. */
public sealed interface MessageContent {

    /** Well-formed Unicode. */
    record Text(String text) implements MessageContent {
        public Text {
            Objects.requireNonNull(text, "text");
        }
    }

    /** @param data not to be changed by anybody */
    record Data(byte[] data) implements MessageContent {
        public Data {
            Objects.requireNonNull(data, "data");
        }
    }
}
