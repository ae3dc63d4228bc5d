package im.gateway.edge;

import im.gateway.connection.ConnectionListener;
import im.protocol.CloseReason;
import im.protocol.v1.Frame;

/** Listens to a connection that has ended, and to one whose session is being made. */
final class Nobody implements ConnectionListener {
    static final Nobody INSTANCE = new Nobody();

    private Nobody() {}

    @Override
    public void onFrame(Frame frame) {}

    @Override
    public void onReadsDrained() {}

    @Override
    public void onWritable() {}

    @Override
    public void onTick() {}

    @Override
    public void onClosed(CloseReason reason) {}
}
