import { Component, type ReactNode } from "react";

/** Shows `instead` where `children` cannot be drawn, so that one bad part does not take the whole page away. */
export class ErrorBoundary extends Component<{ instead: ReactNode; children: ReactNode }, { broken: boolean }> {
  override state = { broken: false };

  static getDerivedStateFromError() {
    return { broken: true };
  }

  override render() {
    return this.state.broken ? this.props.instead : this.props.children;
  }
}
