package io.predicomp.os.memory;

class MadviseDiscarderTest extends PageDiscarderContract {
  @Override
  PageDiscarder discarder() {
    return new MadviseDiscarder();
  }
}
