import { CouponWizard } from './wizard/CouponWizard.tsx';

export default function NewCouponPage() {
  return <CouponWizard />;
}
