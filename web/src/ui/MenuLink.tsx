import { Menu } from '@mantine/core';
import type { MenuItemProps } from '@mantine/core';
import { createLink } from '@tanstack/react-router';
import type { ComponentPropsWithRef } from 'react';

type A = ComponentPropsWithRef<'a'>;

/** A link as an entry of a menu. Apart from the other links: menus bring much code, and the first view has none. */
export const MenuLink = createLink((props: MenuItemProps & Omit<A, keyof MenuItemProps>) => (
  <Menu.Item component="a" {...props} />
));
