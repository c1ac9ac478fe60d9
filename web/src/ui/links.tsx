import { Anchor, Button, NavLink, UnstyledButton } from '@mantine/core';
import type { AnchorProps, ButtonProps, NavLinkProps } from '@mantine/core';
import { createLink } from '@tanstack/react-router';
import type { ComponentPropsWithRef } from 'react';

type A = ComponentPropsWithRef<'a'>;

/** Mantine's looks on the router's typed links. */
export const AnchorLink = createLink((props: AnchorProps & Omit<A, keyof AnchorProps>) => (
  <Anchor {...props} />
));
export const ButtonLink = createLink((props: ButtonProps & Omit<A, keyof ButtonProps>) => (
  <Button component="a" {...props} />
));
export const NavItem = createLink((props: NavLinkProps & Omit<A, keyof NavLinkProps>) => (
  <NavLink {...props} />
));
/** A link without looks of its own: tiles, rows of a menu. */
export const PlainLink = createLink((props: A) => <UnstyledButton component="a" {...props} />);
