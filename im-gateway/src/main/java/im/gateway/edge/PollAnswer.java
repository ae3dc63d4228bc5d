package im.gateway.edge;

import im.protocol.v1.Code;
import im.protocol.v1.Error;
import im.protocol.v1.Frame;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.UnpooledByteBufAllocator;

/**
 * What a poll is answered; crosses from the session's loop to the socket's.
 *
 * @param status 200 with frames, 204 with none, 410 where there is no such session
 * @param session the session's id; empty with 410
 * @param taken number of the last request whose frames the session has taken
 * @param number of this answer, which the next poll acknowledges; 0 without frames
 * @param body frames, one behind the other
 */
record PollAnswer(int status, String session, long taken, long number, byte[] body) {
    static PollAnswer nothing(String session, long taken) {
        return new PollAnswer(204, session, taken, 0, new byte[0]);
    }

    static PollAnswer frames(String session, long taken, long number, byte[] body) {
        return new PollAnswer(200, session, taken, number, body);
    }

    /** Never was, or is not any more: begin anew with Hello. */
    static PollAnswer gone(PollFormat format) {
        Error error = Error.newBuilder()
                .setCode(Code.NOT_FOUND)
                .setText("no such poll session here; begin anew with Hello")
                .build();
        Frame frame = Frame.newBuilder().setError(error).build();
        return new PollAnswer(410, "", 0, 0, encoded(format, frame));
    }

    static byte[] encoded(PollFormat format, Frame frame) {
        ByteBuf bytes = format.wire.encode(frame, UnpooledByteBufAllocator.DEFAULT);
        try {
            return ByteBufUtil.getBytes(bytes);
        } finally {
            bytes.release();
        }
    }
}
