import { Anchor, Button, NavLink } from '@mantine/core';
import type { AnchorProps, ButtonProps, NavLinkProps } from '@mantine/core';
import { createLink } from '@tanstack/react-router';
import type { ComponentPropsWithRef } from 'react';

type A = ComponentPropsWithRef<'a'>;

/** Mantine's looks on the router's typed links. Text links take the size of the text around them. */
export const AnchorLink = createLink((props: AnchorProps & Omit<A, keyof AnchorProps>) => (
  <Anchor inherit={props.size === undefined} {...props} />
));
export const ButtonLink = createLink((props: ButtonProps & Omit<A, keyof ButtonProps>) => (
  <Button component="a" {...props} />
));
export const NavItem = createLink((props: NavLinkProps & Omit<A, keyof NavLinkProps>) => (
  <NavLink {...props} />
));
