package io.predicomp.os.process;

import io.predicomp.os.ErrnoException;
import io.predicomp.os.testing.Skip;

class ProcConnectorTest implements ProcessEventSourceContract {
  @Override
  public ProcessEventSource open() {
    try {
      return ProcConnector.open();
    } catch (ErrnoException e) {
      Skip.unless(false, "the process connector needs root: " + e.getMessage());
      throw e;
    }
  }
}
