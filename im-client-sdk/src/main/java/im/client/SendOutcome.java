package im.client;

import java.time.Instant;

/** What became of a send. Exactly one of these, exactly once; a send future never completes exceptionally. */
public sealed interface SendOutcome {

    String messageId();

    /** The message log has it durably; it will reach every device of both uids. */
    record Accepted(String messageId, Instant acceptedAt) implements SendOutcome {}

    /** It was not accepted and will not be; sending it again unchanged makes sense only for the codes that pass. */
    record Rejected(String messageId, ErrorCode code, String text) implements SendOutcome {}

    /**
     * It may have been accepted or not; sent again with the same id it is the same message, within the dedupe window.
     */
    record Unknown(String messageId, String why) implements SendOutcome {}
}
